//! The binary `yinxin`: one command per file in `cli/`.

/// Typesetting and requests allocate much and from many threads; the allocator of the C library spends a tenth of their time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    yinxin_server::cli::main()
}
