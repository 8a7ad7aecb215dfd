fn main() {
    cfmt::cprintln!("{:10rs}", "text");
}
