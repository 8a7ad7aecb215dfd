fn main() {
    cfmt::cprintln!("{:rs} {:d}", "load", 3.5);
}
