fn main() {
    cfmt::cprintln!("{:?}", 3);
}
