//! The behaviors of the inbox, against a real PostgreSQL.

mod support;

mod foreign;
mod migrate;
mod receive;
mod work;
