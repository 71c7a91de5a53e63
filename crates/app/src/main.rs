//! The binary: everything is in the library beside it.

/// Pages are many small values with one life: this allocator takes less time for them than the system one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    app::main()
}
