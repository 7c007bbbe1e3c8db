//! `zig build` and `zig build test`, for those who come from Zig. How the library is compiled stands in the script
//! `build`, which these steps run: it needs no build runner, whose first compilation takes over a minute.

const std = @import("std");

pub fn build(b: *std.Build) void {
    const library = b.addSystemCommand(&.{ "bash", "build", "library", "--classes", "target/classes" });
    library.setCwd(b.path("."));
    library.has_side_effects = true;
    b.getInstallStep().dependOn(&library.step);

    const tests = b.addSystemCommand(&.{ "bash", "build", "test" });
    tests.setCwd(b.path("."));
    tests.has_side_effects = true;
    b.step("test", "Run the Zig tests in debug and safe mode").dependOn(&tests.step);
}
