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

/// Anywhere. Those that follow are fetched ahead, or not.
pub fn Scattered(comptime count: usize, comptime fetches_ahead: bool) type {
    return struct {
        each: *const [count][*]const f32,
        /// For each row, one that is likely to be read soon after it.
        next: if (fetches_ahead) [count]Ahead else void,
        first: usize = 0,

        /// In one call, far enough that it is there in time.
        const distance = 2;

        pub inline fn of(each: *const [count][*]const f32) @This() {
            @setRuntimeSafety(false);
            if (!fetches_ahead) return .{ .each = each, .next = {} };
            var rows: @This() = .{ .each = each, .next = undefined };
            // Arrays that were made one after the other lie so, and then those of the next call follow.
            const last = @intFromPtr(each[count - 1]);
            const step = last -% @intFromPtr(each[count - 2]);
            const are_even = last -% @intFromPtr(each[0]) == (count - 1) *% step;
            inline for (&rows.next, 0..) |*next, i| {
                const in_call = @intFromPtr(each[@min(i + distance, count - 1)]);
                next.* = @ptrFromInt(if (are_even) @intFromPtr(each[i]) +% count *% step else in_call);
            }
            return rows;
        }

        pub inline fn row(rows: @This(), index: usize) [*]const f32 {
            @setRuntimeSafety(false);
            return rows.each[rows.first + index];
        }

        pub inline fn from(rows: @This(), index: usize) @This() {
            @setRuntimeSafety(false);
            return .{ .each = rows.each, .next = rows.next, .first = rows.first + index };
        }

        /// As far ahead of the element `start` of a row.
        pub inline fn ahead(rows: @This(), index: usize, start: usize) if (fetches_ahead) Ahead else @TypeOf(null) {
            @setRuntimeSafety(false);
            if (!fetches_ahead) return null;
            return rows.next[rows.first + index] + start * @sizeOf(f32);
        }
    };
}
