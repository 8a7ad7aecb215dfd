fn main() {
    cfmt::cprintln!("{:rs}", c"text");
}
