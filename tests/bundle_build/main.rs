//! `crosspyc bundle`, run as users run it. No Python is needed.
//!
//! - `contents`: what goes into a bundle, and for whom
//! - `files`: names, links and other oddities of the disk; the output beside the project's files
//! - `packages`: folders of installed packages; what is left out
//! - `requirements`: installing and checking them; metadata; single scripts
//! - `signing`: keys, passwords, and who asks for them
//! - `products`: zipapps and executables

#![cfg(feature = "cli")]

mod contents;
mod files;
mod lab;
mod packages;
mod products;
mod requirements;
mod signing;
