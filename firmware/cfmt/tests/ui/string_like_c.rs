fn main() {
    cfmt::cprintln!("{:s}", "text");
}
