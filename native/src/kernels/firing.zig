//! Which nodes fire, and what they add to each of their targets.

/// What a node adds to a target, but for the weight. At a threshold of 0 every node fires.
pub inline fn contribution(activation: f32, decay_per_hop: f32, firing_threshold: f32) f32 {
    return if (fires(activation, firing_threshold)) activation * decay_per_hop else 0;
}

pub inline fn fires(activation: f32, firing_threshold: f32) bool {
    return activation >= firing_threshold or firing_threshold == 0;
}
