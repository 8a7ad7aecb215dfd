fn main() {
    cfmt::cprintln!("{:cs}", "text");
}
