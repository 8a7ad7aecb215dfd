fn main() {
    cfmt::cprintln!("{:d} of {:d}", 3);
}
