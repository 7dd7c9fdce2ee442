//! The behaviors of the inbox, against a real PostgreSQL.

mod support;

mod cut;
mod dependencies;
mod endpoint;
mod foreign;
mod migrate;
mod newest;
mod once;
mod operate;
mod receive;
mod work;
