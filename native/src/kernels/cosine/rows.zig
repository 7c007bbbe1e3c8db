//! Where rows lie.

/// What may be fetched ahead. There need not be anything.
pub const Ahead = [*]allowzero const u8;

/// Each as far from the one before. Those that follow are fetched ahead, or not.
pub fn Strided(comptime fetches_ahead: bool) type {
    return struct {
        first: [*]const f32,
        stride: usize,
        /// From each row to the one that is fetched meanwhile.
        ahead_bytes: usize = 0,

        /// CPUs fetch the rest of a page of 4 KiB themselves, and not the next. So far ahead is early enough,
        /// and what is fetched takes little of the L2 cache.
        const distance_bytes = 24 << 10;

        pub inline fn of(first: [*]const f32, stride: usize) @This() {
            @setRuntimeSafety(false);
            if (!fetches_ahead) return .{ .first = first, .stride = stride };
            const row_bytes = stride * @sizeOf(f32);
            const ahead_bytes = @max(1, distance_bytes / row_bytes) * row_bytes;
            return .{ .first = first, .stride = stride, .ahead_bytes = ahead_bytes };
        }

        pub inline fn row(rows: @This(), index: usize) [*]const f32 {
            @setRuntimeSafety(false);
            return rows.first + index * rows.stride;
        }

        pub inline fn from(rows: @This(), index: usize) @This() {
            return .{ .first = rows.row(index), .stride = rows.stride, .ahead_bytes = rows.ahead_bytes };
        }

        /// As far ahead of the element `start` of a row. Behind the last row there need not be anything.
        pub inline fn ahead(rows: @This(), index: usize, start: usize) if (fetches_ahead) Ahead else @TypeOf(null) {
            @setRuntimeSafety(false);
            if (!fetches_ahead) return null;
            return @ptrFromInt(@intFromPtr(rows.row(index) + start) +% rows.ahead_bytes);
        }
    };
}

/// Anywhere. Those of the next call are fetched ahead, or not.
pub fn Scattered(comptime fetches_ahead: bool) type {
    return struct {
        each: [*]const [*]const f32,
        /// From each row to the one that the next call is likely to read at its place.
        ahead_bytes: usize,

        /// Arrays that were made one after the other lie so, and then those of the next call follow. It is late to
        /// fetch those of this call; where nothing can be told of the next, what is fetched is read at once anyway.
        pub inline fn of(comptime count: usize, each: *const [count][*]const f32) @This() {
            @setRuntimeSafety(false);
            const last = @intFromPtr(each[count - 1]);
            const distance = last -% @intFromPtr(each[count - 2]);
            const is_even = last -% @intFromPtr(each[0]) == (count - 1) *% distance;
            return .{ .each = each, .ahead_bytes = if (is_even) count *% distance else 0 };
        }

        pub inline fn row(rows: @This(), index: usize) [*]const f32 {
            @setRuntimeSafety(false);
            return rows.each[index];
        }

        pub inline fn from(rows: @This(), index: usize) @This() {
            @setRuntimeSafety(false);
            return .{ .each = rows.each + index, .ahead_bytes = rows.ahead_bytes };
        }

        /// As far ahead of the element `start` of a row.
        pub inline fn ahead(rows: @This(), index: usize, start: usize) if (fetches_ahead) Ahead else @TypeOf(null) {
            @setRuntimeSafety(false);
            if (!fetches_ahead) return null;
            return @ptrFromInt(@intFromPtr(rows.row(index) + start) +% rows.ahead_bytes);
        }
    };
}
