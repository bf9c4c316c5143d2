// What the fork_join programs in Rust compute; see work.hpp.

pub const FIB_N: u64 = 35;
pub const FIB_RESULT: u64 = 9_227_465;
pub const SKYNET_LEAVES: u64 = 1_000_000;
pub const SKYNET_BRANCHES: u64 = 10;
pub const SKYNET_RESULT: u64 = SKYNET_LEAVES * (SKYNET_LEAVES - 1) / 2;
pub const QUEENS_N: usize = 12;
pub const QUEENS_RESULT: u64 = 14_200;

/// The columns of the queens in the first rows.
#[derive(Clone, Copy, Default)]
pub struct Board {
    column: [i8; QUEENS_N],
}

impl Board {
    pub fn takes(&self, row: usize, wanted: usize) -> bool {
        self.column[..row].iter().enumerate().all(|(each, &column)| {
            let apart = (wanted as i32 - column as i32).unsigned_abs() as usize;
            apart != 0 && apart != row - each
        })
    }

    pub fn with(&self, row: usize, wanted: usize) -> Board {
        let mut more = *self;
        more.column[row] = wanted as i8;
        more
    }
}
