fn main() {
    cfmt::cprintln!("{:u}", -5_i8);
}
