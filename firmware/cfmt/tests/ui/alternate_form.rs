fn main() {
    cfmt::cprintln!("{:#x}", 3);
}
