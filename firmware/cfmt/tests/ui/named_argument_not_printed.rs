fn main() {
    cfmt::cprintln!("{n:d}", n = 3, limit = 4);
}
