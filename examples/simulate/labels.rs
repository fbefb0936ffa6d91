//! Who misuses the systems. Drawn after everything else, and changes nothing else.

use crate::kinds::Kind;
use crate::plotter::{Plot, Plotter, Variant};
use crate::rows::System;
use crate::staff::StaffId;
use crate::staff_roles::Role;
use crate::survey::Survey;
use crate::world::World;
use crate::{plots_conduct, plots_people};

/// Members of staff tried before a kind is given up.
const TRIES: usize = 400;

/// Plants cases by as many members of staff as the options ask for: a first one each, going round the kinds with the
/// seven main ones first, then more for some.
pub fn plant<'a>(world: &'a World, survey: &'a Survey) -> Plotter<'a> {
    let mut plotter = Plotter::new(world, survey);
    if world.options.catalogue && world.options.misuse > 0.0 {
        plant_catalogue(&mut plotter, world, survey);
        return plotter;
    }
    let misusers = world.options.misusers();
    let mut order: Vec<StaffId> = (0..world.force.members.len() as StaffId).collect();
    plotter.draw.shuffle(&mut order);
    let mut taken = vec![false; order.len()];
    let mut planted = vec![0usize; Kind::ALL.len()];
    let (mut chosen, mut turn, mut failures) = (Vec::new(), 0, 0);
    while chosen.len() < misusers && failures < 4 * Kind::ALL.len() {
        let nth = turn % Kind::ALL.len();
        turn += 1;
        let kind = Kind::ALL[nth];
        let variant = variant(nth, planted[nth], world);
        let found = candidates(kind, &order, world, survey)
            .into_iter()
            .filter(|&s| !taken[s as usize] && fit(&plotter, kind, s))
            .take(TRIES)
            .collect::<Vec<_>>()
            .into_iter()
            .find(|&staff| put_together(&mut plotter, Plot { staff, kind, variant }));
        match found {
            Some(staff) => {
                taken[staff as usize] = true;
                planted[nth] += 1;
                chosen.push(staff);
                failures = 0;
            }
            None => failures += 1,
        }
    }
    // Few stop at one.
    for &staff in &chosen {
        if !plotter.at_work(staff) {
            continue;
        }
        let more = if plotter.draw.chance(0.4) { 0 } else { 1 + usize::from(plotter.draw.chance(0.4)) };
        for _ in 0..more {
            let nth = plotter.draw.below(Kind::ALL.len());
            let kind = Kind::ALL[nth];
            let again = plotter.cases.iter().any(|c| c.staff == staff && c.kind == kind);
            let variant = variant(nth, planted[nth], world);
            if !again && fit(&plotter, kind, staff) && put_together(&mut plotter, Plot { staff, kind, variant }) {
                planted[nth] += 1;
            }
        }
    }
    plotter
}

/// Every kind in each of its three forms, as far as somebody lends themselves to it.
fn plant_catalogue(plotter: &mut Plotter, world: &World, survey: &Survey) {
    let mut order: Vec<StaffId> = (0..world.force.members.len() as StaffId).collect();
    plotter.draw.shuffle(&mut order);
    let mut taken = vec![false; order.len()];
    // The rarest first: whoever alone can do a thing must not be spent on another.
    let mut kinds: Vec<Kind> = Kind::ALL.iter().chain(Kind::MORE).copied().collect();
    kinds.sort_by_key(|&kind| candidates(kind, &order, world, survey).len());
    for kind in kinds {
        for variant in [Variant::Easy, Variant::Medium, Variant::Mimicry] {
            candidates(kind, &order, world, survey)
                .into_iter()
                .filter(|&s| !taken[s as usize] && fit(plotter, kind, s) && bound_to_tasks(plotter, kind, s))
                .take(TRIES)
                .collect::<Vec<_>>()
                .into_iter()
                .find(|&staff| put_together(plotter, Plot { staff, kind, variant }));
            for case in &plotter.cases {
                taken[case.staff as usize] = true;
            }
        }
    }
}

/// Whether an incident is what lets somebody look: else their role answers whatever is planted. Testers are needed as
/// they are.
fn bound_to_tasks(plotter: &Plotter, kind: Kind, staff: StaffId) -> bool {
    let role = plotter.world.force.get(staff).role;
    let any_subject = role.facts().by_function || matches!(role, Role::ControlRoom | Role::Technology);
    !any_subject || matches!(kind, Kind::TestLive | Kind::TestNotBlind)
}

/// Variants take turns, from a different one for each kind and world.
fn variant(kind: usize, planted: usize, world: &World) -> Variant {
    [Variant::Easy, Variant::Medium, Variant::Mimicry][(kind + planted + world.options.seed as usize % 3) % 3]
}

fn put_together(plotter: &mut Plotter, plot: Plot) -> bool {
    plots_people::plot(plotter, plot).unwrap_or_else(|| plots_conduct::plot(plotter, plot))
}

/// Who could be drawn for a kind: the few that qualify where that is rare, else everybody.
fn candidates(kind: Kind, order: &[StaffId], world: &World, survey: &Survey) -> Vec<StaffId> {
    let among = |fits: &dyn Fn(StaffId) -> bool| order.iter().copied().filter(|&s| fits(s)).collect();
    match kind {
        Kind::Conflict => among(&|s| survey.conflicts.iter().any(|c| c.0 == s)),
        Kind::OwnCase => among(&|s| survey.involved.iter().any(|i| i.staff == s)),
        Kind::AfterContact => among(&|s| survey.contacts.contains_key(&s)),
        Kind::AfterWarning => among(&|s| world.warned.iter().any(|w| w.0 == s)),
        Kind::Moved => among(&|s| world.extras.moved.iter().any(|m| m.0 == s)),
        Kind::Untrained => among(&|s| !world.extras.trained(s, System::Pnc)),
        Kind::Complainant => among(&|s| world.extras.complaints.iter().any(|c| c.staff == s)),
        Kind::Left => among(&|s| world.force.get(s).left.is_some()),
        Kind::TestLive | Kind::TestNotBlind => among(&|s| world.force.get(s).role == Role::Technology),
        _ => order.to_vec(),
    }
}

/// Whether somebody is in a position for a kind at all. Those whose role lets them look at anybody cannot be told from
/// their duty by unrelated subjects alone.
fn fit(plotter: &Plotter, kind: Kind, staff: StaffId) -> bool {
    let role = plotter.world.force.get(staff).role;
    let any_subject = role.facts().by_function || matches!(role, Role::ControlRoom | Role::Technology);
    let unrelated = matches!(
        kind,
        Kind::NoIncident
            | Kind::Boilerplate
            | Kind::Feed
            | Kind::OutOfArea
            | Kind::OneSex
            | Kind::Vulnerable
            | Kind::BorrowedIncident
            | Kind::RepeatedInterest
            | Kind::NewPartner
            | Kind::KeeperBulk
            | Kind::BulkPrint
            | Kind::Restricted
            | Kind::Moved
            | Kind::Untrained
            | Kind::Network
    );
    match kind {
        Kind::Left | Kind::OnLeave => true,
        _ => !(unrelated && any_subject) && plotter.at_work(staff),
    }
}
