//! The program runs without arguments, and ends on its own.

use std::process::Command;

#[test]
fn both_kinds_of_code_share_their_transactions() {
    let output = Command::new(env!("CARGO_BIN_EXE_adopt")).env_remove("DATABASE_URL").output().unwrap();
    let (told, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{failed}");
    let expected = "order 1: 3 of lamp; 7 left\nthree chairs: there are only two\n1 order; 2 chairs left\n\
                    cancelled; 10 lamps again\n";
    assert_eq!(told, expected);
}
