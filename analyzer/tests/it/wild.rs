//! Inputs from public bug reports and real images, each cut down to what is ours and small; their sources are in
//! `analyzer/tests/wild`. One module per case, named like its folder; each stands for its whole kind.

mod outer;
mod overflow;
