//! What the wire types accept, refuse and look like.

mod budget;
mod names;
mod shapes;
mod verdict;
