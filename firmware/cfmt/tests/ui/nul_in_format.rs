fn main() {
    cfmt::cprintln!("half\0way");
}
