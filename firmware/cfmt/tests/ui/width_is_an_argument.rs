fn main() {
    cfmt::cprintln!("{:width$d}", 3, width = 8);
}
