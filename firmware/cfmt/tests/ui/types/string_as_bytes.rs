fn main() {
    cfmt::cprintln!("{:rb}", "text");
}
