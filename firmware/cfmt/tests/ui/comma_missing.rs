fn main() {
    cfmt::cprintln!("{:d}" 3);
}
