fn main() {
    cfmt::cprintln!(b"{:d}", 3);
}
