//! Memory that will be wanted soon.

/// Has the processor fetch where `place` lies, without waiting for it. A look there a while later costs less; nothing else changes.
#[inline]
pub(crate) fn fetch<T>(place: &T) {
    #[cfg(target_arch = "x86_64")]
    safe_arch::prefetch_t0(place);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}
