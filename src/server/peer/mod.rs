//! Links between servers: who follows whom, and what is sent.
//!
//! This folder owns the conversations with neighbors in both directions and what is known of each
//! link. It decides nothing about positions, and it never queues for anybody: a neighbor's place in
//! the change log is a number.

mod backoff;
mod conversation;
mod dialer;
mod doubted_line;
mod early_lines;
mod feed;
mod follower;
mod link_end;
mod link_record;
mod namesakes;
mod neighbor;
mod neighbors;
mod peer_link;
mod pusher;
mod service;
mod strangers;

pub(super) use dialer::dial_all;
pub(super) use neighbors::Neighbors;
pub(super) use service::{ANONYMOUS_MAX, PeerService};
