struct Port;

impl cfmt::Output for Port {
    fn write(_bytes: &[u8]) {}
}

cfmt::set_output!(Port);

fn main() {}
