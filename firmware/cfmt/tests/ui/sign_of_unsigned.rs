fn main() {
    cfmt::cprintln!("{:+u}", 3_u8);
}
