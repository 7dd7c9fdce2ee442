//! Values that no area owns: money, time, random values, MACs and tables. Depends on no other module of the crate.

pub(crate) mod clock;
pub(crate) mod mac;
pub(crate) mod money;
pub(crate) mod random;
pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod tracked;
