fn main() {
    cfmt::cprintln!("{:p}", 0x1000);
}
