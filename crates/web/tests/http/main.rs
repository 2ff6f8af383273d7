//! The registry through HTTP, on both engines.

mod activity;
mod attestations;
mod audit;
mod authorization;
mod concurrency;
mod conda_attestations;
mod conda_index;
mod conda_upload;
mod leaks;
mod logs;
mod pages;
mod places;
mod project_api;
mod publishing;
mod python_index;
mod python_names;
mod python_refusals;
mod python_upload;
mod reach;
mod servers;
mod stalling;
mod token_api;
mod token_pages;
mod tokens;
mod trust;
mod trust_pages;
