//! HTTP as Django REST Framework does it: bodies, forms, lists, credentials and refusals. No operation of the API here.

pub(crate) mod auth;
pub(crate) mod body;
pub(crate) mod error;
pub(crate) mod form;
pub(crate) mod framework;
pub(crate) mod list;
pub(crate) mod middleware;
pub(crate) mod pages;
pub(crate) mod servable;
pub(crate) mod serve;
pub(crate) mod storable;
