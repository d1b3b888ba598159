//! One server for many processes.

use std::time::Instant;

use crate::{
    models::sees_two_people,
    process::{Own, answer, answer_pipe_closes, first_answer, process},
};

/// As `cargo nextest` does it, which runs a process a test.
#[test]
fn processes_that_start_at_once_share_one_server() {
    let own = Own::new("race");
    let children: Vec<_> = (0..8).map(|_| own.process("hold").spawn().unwrap()).collect();
    let (mut servers, mut places) = (Vec::new(), Vec::new());
    for mut child in children {
        let url = first_answer(&mut child);
        places.push(url.rsplit_once('/').unwrap().0.to_owned());
        servers.push(own.server().unwrap());
        child.kill().unwrap();
        answer_pipe_closes(child);
    }
    servers.dedup();
    places.dedup();
    assert_eq!((servers.len(), places.len()), (1, 1), "{servers:?} {places:?}");
    own.ends(&servers);
}

#[test]
fn many_processes_at_once_have_their_databases() {
    let started = Instant::now();
    let children: Vec<_> = (0..24).map(|_| process("test").spawn().unwrap()).collect();
    for child in children {
        assert_eq!(answer(child), "fine");
    }
    println!("24 processes: {:?}", started.elapsed());
}

#[test]
fn many_threads_at_once_have_their_databases() {
    let threads: Vec<_> = (0..60).map(|_| std::thread::spawn(|| sees_two_people("thread"))).collect();
    threads.into_iter().for_each(|it| it.join().unwrap());
}
