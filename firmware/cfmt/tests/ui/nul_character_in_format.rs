fn main() {
    cfmt::cprintln!("half\u{0}way");
}
