//! The places of a group's arenas.
//!
//! Slots live in slabs that are never unmapped, so a stale pointer to a header stays readable and totals are one
//! sum over all slots. A slot's region comes and goes with its owners.

const std = @import("std");
const allocator = @import("allocator.zig");
const metrics = @import("arena_metrics.zig");
const Lock = @import("lock.zig").Lock;
const pages = @import("pages.zig");
const Group = @import("arena_group.zig").Group;

const Arena = allocator.Arena;
const Error = allocator.Error;

pub const Use = enum(u32) {
    /// No region; on the group's list of free slots.
    free,
    /// Belongs to a thread.
    thread,
    /// Belongs to whoever holds the lease.
    leased,
    /// Leased, and its region is being taken, under the group's lock: who gives the lease back waits.
    serving,
    /// On its way from the one to the other.
    returning,
    /// Between two leases; keeps its region.
    idle,
    /// Holds a region that was set aside, for the arena that it came from has a fresh one.
    quarantined,
};

/// The place of one arena. Its own cache lines, so that owners do not disturb each other.
pub const Slot = struct {
    arena: Arena = .{},
    /// Changed by whoever gives the slot to its next owner.
    use: std.atomic.Value(Use) = .init(.free),
    /// Next on the list of free slots or in the pool of idle ones.
    next: std.atomic.Value(?*Slot) align(8) = .init(null),
    region: ?pages.Region = null,
    group: *Group,
    /// Place among the group's slots.
    number: u64 = 0,
    /// The header's counters when this arena was made, or in the epoch's beginning. Written under the group's lock.
    baseline: metrics.Counters = .{},
    /// High-water mark of earlier owners in `past_epoch`: an owner's own mark starts from nothing.
    past_high_water_mark_bytes: u64 = 0,
    past_epoch: u64 = 0,
    /// Bytes of the region that were touched before the high-water mark last restarted.
    touched_bytes: u64 = 0,

    pub fn fromHeader(header: *allocator.Header) *Slot {
        return @alignCast(@fieldParentPtr("arena", Arena.fromHeader(header)));
    }

    /// Under the group's lock.
    pub fn countFromHere(slot: *Slot) void {
        var counted: metrics.Counters = .{};
        counted.addFrom(&slot.arena.header);
        slot.baseline.publish(counted);
    }
};

const Slab = struct {
    next: ?*Slab,
    slots: [slots_per_slab]Slot align(128),

    const slots_per_slab = 128;
};

/// Idle slots: a Treiber stack. The head's tag changes with every push and pop: a head that was taken
/// and put back meanwhile is told from one that stayed.
pub const IdlePool = struct {
    head: std.atomic.Value(u64) = .init(0),
    /// Held while idle slots are out of the pool only to be served: who finds it empty waits for them.
    serving: Lock = .{},

    // A slot's address is a multiple of 128 and, in user space, below 2^48: 41 bits, which leaves 23 for the tag.
    const slot_shift = 7;
    const slot_bits = 41;
    const slot_mask: u64 = (1 << slot_bits) - 1;

    fn slotOf(head: u64) ?*Slot {
        return @ptrFromInt((head & slot_mask) << slot_shift);
    }

    fn headFor(slot: ?*Slot, previous: u64) u64 {
        @setRuntimeSafety(true);
        const address = @intFromPtr(slot) >> slot_shift;
        if (address > slot_mask) @panic("a slot at an address beyond 48 bits");
        const tag = (previous >> slot_bits) +% 1;
        return (tag << slot_bits) | address;
    }

    pub fn push(pool: *IdlePool, slot: *Slot) void {
        var head = pool.head.load(.monotonic);
        while (true) {
            slot.next.store(slotOf(head), .monotonic);
            head = pool.head.cmpxchgWeak(head, headFor(slot, head), .release, .monotonic) orelse return;
        }
    }

    /// A slot, if need be after those that are being served are back.
    pub fn popServed(pool: *IdlePool) ?*Slot {
        if (pool.pop()) |slot| return slot;
        pool.serving.acquire();
        defer pool.serving.release();
        return pool.pop();
    }

    pub fn pop(pool: *IdlePool) ?*Slot {
        var head = pool.head.load(.acquire);
        while (true) {
            const slot = slotOf(head) orelse return null;
            // Another thread may pop and push this slot meanwhile: its `next` is then stale, and the tag differs.
            const next = slot.next.load(.monotonic);
            head = pool.head.cmpxchgWeak(head, headFor(next, head), .acquire, .acquire) orelse return slot;
        }
    }
};

/// All slots of a group, and those that are free.
pub const Slots = struct {
    /// Under the group's lock.
    free: ?*Slot = null,
    /// Appended at the front, under the group's lock; walked without it.
    slabs: std.atomic.Value(?*Slab) = .init(null),
    /// Of all slabs. Under the group's lock.
    count: u64 = 0,

    /// A slot without a region. Under the group's lock.
    pub fn takeFree(slots: *Slots, group: *Group, diagnostics: *pages.Diagnostics) Error!*Slot {
        @setRuntimeSafety(true);
        if (slots.free == null) try slots.addSlab(group, diagnostics);
        const slot = slots.free.?;
        slots.free = slot.next.load(.monotonic);
        slot.next.store(null, .monotonic);
        slot.countFromHere();
        return slot;
    }

    fn addSlab(slots: *Slots, group: *Group, diagnostics: *pages.Diagnostics) Error!void {
        @setRuntimeSafety(true);
        const memory = pages.allocate(@sizeOf(Slab), diagnostics) catch return error.SystemError;
        const slab: *Slab = @ptrCast(memory.ptr);
        slab.next = slots.slabs.load(.monotonic);
        var index = slab.slots.len;
        while (index > 0) {
            index -= 1;
            slab.slots[index] = .{
                .group = group,
                .number = slots.count + index,
                .arena = .{ .chunks = .{ .budget = &group.budget } },
                .next = .init(slots.free),
            };
            slots.free = &slab.slots[index];
        }
        slots.count += slab.slots.len;
        slots.slabs.store(slab, .release);
    }

    /// Under the group's lock.
    pub fn putFree(slots: *Slots, slot: *Slot) void {
        slot.use.store(.free, .release);
        slot.next.store(slots.free, .monotonic);
        slots.free = slot;
    }

    /// For tests, whose groups end. In the product a stale pointer to a header stays readable.
    pub fn unmap(slots: *Slots) void {
        var next = slots.slabs.swap(null, .monotonic);
        slots.free = null;
        while (next) |slab| {
            next = slab.next;
            const memory: [*]align(pages.page_bytes_min) u8 = @ptrCast(@alignCast(slab));
            pages.free(memory[0..pages.roundUp(@sizeOf(Slab)).?]);
        }
    }

    pub fn iterate(slots: *const Slots) SlotIterator {
        return .{ .slab = slots.slabs.load(.acquire) };
    }
};

pub const SlotIterator = struct {
    slab: ?*Slab,
    index: usize = 0,

    pub fn next(slots: *SlotIterator) ?*Slot {
        @setRuntimeSafety(true);
        const slab = slots.slab orelse return null;
        const slot = &slab.slots[slots.index];
        slots.index += 1;
        if (slots.index == slab.slots.len) slots.* = .{ .slab = slab.next };
        return slot;
    }
};

const testing = std.testing;

test "a head that was popped and pushed back meanwhile is told from one that stayed" {
    var group: Group = .{};
    var slots = [_]Slot{ .{ .group = &group }, .{ .group = &group } };
    var pool: IdlePool = .{};
    pool.push(&slots[0]);
    pool.push(&slots[1]);
    // What a pop has read before it is interrupted.
    const head = pool.head.load(.acquire);
    const next = IdlePool.slotOf(head).?.next.load(.monotonic);
    _ = pool.pop();
    _ = pool.pop();
    pool.push(&slots[1]);
    try testing.expectEqual(&slots[1], IdlePool.slotOf(pool.head.load(.monotonic)).?);
    try testing.expect(pool.head.cmpxchgStrong(head, IdlePool.headFor(next, head), .acquire, .acquire) != null);
}
