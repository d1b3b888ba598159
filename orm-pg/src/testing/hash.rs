//! A hash that is the same in every process and with every toolchain, for names.

/// FNV-1a over 64 bits: names that must not collide by chance, not against malice.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hasher(u64);

impl Hasher {
    pub(super) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Adds `bytes`, and a mark so that `"ab"`, `"c"` differs from `"a"`, `"bc"`.
    pub(super) fn write(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&[0xff]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(super) const fn finish(self) -> u64 {
        self.0
    }
}
