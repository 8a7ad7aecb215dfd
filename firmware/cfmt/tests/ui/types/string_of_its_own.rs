fn main() {
    let text = String::from("ahoy");
    cfmt::cprintln!("{text:rs}, {:d}", 3);
}
