//! What is kept of one run at one world: counts alone, which can be added up over worlds after the world is gone.

use crate::explained::Explained;
use crate::judge::Judgement;
use crate::probe::Probe;
use crate::world::Facts;
use serde::{Deserialize, Serialize};

/// What the engine is run as, where nothing else is said.
pub const AS_SHIPPED: &str = "as shipped";

/// One run at one world.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// What the world is for: development, calibration, sealed.
    pub set: String,
    /// How the engine was run: as shipped, or with what taken away.
    pub run: String,
    /// The world.
    pub world: Facts,
    /// Does its form give the planted rows away?
    pub probe: Probe,
    /// The run against the truth; none where the world alone was examined.
    pub judged: Option<Judgement>,
    /// What was explained; none where the run did not keep its looks.
    pub explained: Option<Explained>,
}
