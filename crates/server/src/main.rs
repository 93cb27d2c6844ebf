//! The binary `yinxin`: one command per file in `cli/`.

fn main() -> std::process::ExitCode {
    yinxin_server::cli::main()
}
