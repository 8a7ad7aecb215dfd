fn main() {
    cfmt::cprintln!("{:x}", "ff");
}
