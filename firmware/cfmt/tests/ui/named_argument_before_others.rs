fn main() {
    cfmt::cprintln!("{n:d} {:d}", n = 3, 4);
}
