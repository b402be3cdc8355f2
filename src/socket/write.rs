//! Plaintext on its way out.

use std::sync::MutexGuard;

use super::send::{CHUNK, LONG_CHUNK, Patience, Sent, interrupted};
use super::{Core, Pause, Socket, Step, Want, driven};
use crate::error::{Code, Error};
use crate::transport::{Direction, Transport};

impl Socket {
    /// Takes bytes from the beginning of `data`, which are the library's from then on, and
    /// returns how many.
    ///
    /// [`Want`] says that none was taken. [`Code::Closed`] after a shutdown, and when a TLS 1.2
    /// key has protected as much as it may.
    pub fn write(&self, data: &[u8]) -> Step<usize> {
        self.write_vectored(&mut [data])
    }

    /// As [`Socket::write`], of pieces as if joined. Changes the slices, not what they hold.
    pub fn write_vectored(&self, pieces: &mut [&[u8]]) -> Step<usize> {
        let _driven = driven::enter(self)?;
        let (_writer, mut core) = self.writer_and_core()?;
        self.check_failure()?;
        let len = pieces.iter().map(|piece| piece.len()).sum();
        if len == 0 {
            self.check_hello()?;
            return Ok(0);
        }
        if !self.is_connected() {
            drop(core);
            let handshake = self
                .reader()
                .map_err(Pause::from)
                .and_then(|mut inbox| self.handshake_with(&mut inbox));
            match handshake {
                Ok(()) => {}
                // What the answer decides may bear on what to write.
                Err(pause @ Pause::Want(Want::Hello)) => return Err(pause),
                Err(Pause::Want(want)) => return self.queue(&mut self.core(), pieces, want),
                Err(failed) => return Err(failed),
            }
            core = self.core();
        }
        self.check_writable(&core)?;
        self.write_through(core, pieces, len)
    }

    fn write_through<'a>(
        &'a self,
        mut core: MutexGuard<'a, Core>,
        mut left: &mut [&[u8]],
        len: usize,
    ) -> Step<usize> {
        let mut taken = 0;
        loop {
            let mut sent = Sent::All;
            if core.has_output() {
                (core, sent) = self.send(core, Patience::Wait);
            }
            match sent {
                Sent::All => {}
                Sent::Waits(_) if taken > 0 => return Ok(taken),
                // A blocking transport has all that was taken when this returns, signal or not.
                Sent::Interrupted if taken > 0 => continue,
                Sent::Waits(direction) => return self.queue(&mut core, left, direction.into()),
                Sent::Interrupted => return Err(interrupted()),
                Sent::Failed => return Err(self.sending_failed(core, None).into()),
            }
            if taken == len {
                return Ok(taken);
            }
            let all = len > CHUNK && self.takes_all();
            if taken > 0 && !all {
                return Ok(taken);
            }
            // While this thread was sending, another one can have ended the connection.
            let sealed = match self.failure() {
                Some(_) => 0,
                None => with_first(left, self.chunk(all), |chunk| core.engine.seal(chunk)),
            };
            match sealed {
                0 if taken > 0 => return Ok(taken),
                0 => {
                    let _ = self.send(core, Patience::AtOnce);
                    self.check_failure()?;
                    return Err(key_is_used_up().into());
                }
                sealed => {
                    taken += sealed;
                    left = advance(left, sealed);
                }
            }
        }
    }

    /// A blocking transport takes all of a write; what does not block takes one chunk at a time.
    fn takes_all(&self) -> bool {
        match self.transport() {
            Transport::Descriptor(descriptor) => descriptor.is_blocking(),
            Transport::Functions(_) => true,
            Transport::Memory => false,
        }
    }

    /// How much to seal at a time of a write, `all` of which the transport takes or not. What the
    /// caller may not wait for to the end is counted, and kept, in pieces that are not long.
    fn chunk(&self, all: bool) -> usize {
        match self.transport() {
            Transport::Descriptor(descriptor) if all && descriptor.send_timeout() < 0 => LONG_CHUNK,
            _ => CHUNK,
        }
    }

    /// Keeps plaintext until it can be sent; `want` if there is no room for it.
    fn queue(&self, core: &mut Core, pieces: &[&[u8]], want: Want) -> Step<usize> {
        let before = core.queue.len();
        for piece in pieces {
            let room = core.queue_limit.saturating_sub(core.queue.len());
            core.queue.extend(&piece[..piece.len().min(room)]);
        }
        let taken = core.queue.len() - before;
        if taken == 0 {
            return Err(Pause::Want(want));
        }
        if self.is_connected() {
            self.note_output(core);
        }
        Ok(taken)
    }

    /// Whether something may still be sealed. What ended the connection comes before what ended
    /// writing: another thread can have met it while this one waited for the core.
    pub(super) fn check_writable(&self, core: &Core) -> crate::error::Result<()> {
        self.check_failure()?;
        match &core.broken {
            Some(error) => Err(error.clone()),
            None if core.closing => Err(closed("this side has said close_notify")),
            None => Ok(()),
        }
    }

    /// Lets [`Socket::write`] take up to `limit` bytes ahead of the handshake or the transport.
    /// What is queued already stays.
    pub fn set_write_queue(&self, limit: usize) -> crate::error::Result<()> {
        let _driven = driven::enter(self)?;
        if limit > isize::MAX as usize {
            return Err(Error::argument("the queue's length is over PTRDIFF_MAX"));
        }
        self.core().queue_limit = limit;
        Ok(())
    }
}

/// Shows `use_it` the first `len` bytes of `pieces`.
fn with_first<T>(pieces: &mut [&[u8]], len: usize, use_it: impl FnOnce(&[&[u8]]) -> T) -> T {
    if let [piece] = pieces
        && piece.len() <= len
    {
        return use_it(pieces);
    }
    let mut room = len;
    for i in 0..pieces.len() {
        let piece = pieces[i];
        if piece.len() > room {
            pieces[i] = &piece[..room];
            let used = use_it(&pieces[..=i]);
            pieces[i] = piece;
            return used;
        }
        room -= piece.len();
    }
    use_it(pieces)
}

/// What is left of `pieces` behind their first `taken` bytes.
fn advance<'p, 'a>(pieces: &'p mut [&'a [u8]], mut taken: usize) -> &'p mut [&'a [u8]] {
    let whole = pieces.iter().take_while(|piece| {
        let all = piece.len() <= taken;
        if all {
            taken -= piece.len();
        }
        all
    });
    let whole = whole.count();
    let left = &mut pieces[whole..];
    if let Some(first) = left.first_mut() {
        *first = &first[taken..];
    }
    left
}

impl From<Direction> for Want {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Read => Want::Read,
            Direction::Write => Want::Write,
        }
    }
}

pub(super) fn key_is_used_up() -> Error {
    closed("the key has protected as much as it may")
}

fn closed(why: &str) -> Error {
    Error::new(
        Code::Closed,
        c"PROTOCOL_IS_SHUTDOWN",
        format!("nothing more can be written: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What goes out of `pieces`, chunk by chunk.
    fn chunks(mut pieces: &mut [&[u8]]) -> Vec<Vec<u8>> {
        let mut chunks = Vec::new();
        while !pieces.is_empty() {
            let chunk = with_first(pieces, CHUNK, |chunk| chunk.concat());
            pieces = advance(pieces, chunk.len());
            chunks.push(chunk);
        }
        chunks
    }

    #[test]
    fn pieces_go_out_as_if_joined_in_full_chunks() {
        let stream: Vec<u8> = (0..200_000u32).map(|i| (i % 251) as u8).collect();
        let mut joined = vec![&stream[..]];
        let mut equal: Vec<&[u8]> = stream.chunks(7).collect();
        let (one, rest) = stream.split_at(CHUNK);
        let mut at_the_edge = vec![&[], one, &[], &rest[..1], &rest[1..], &[]];
        for pieces in [&mut joined, &mut equal, &mut at_the_edge] {
            let chunks = chunks(pieces);
            assert!(chunks[..3].iter().all(|chunk| chunk.len() == CHUNK));
            assert_eq!(chunks.concat(), stream);
        }
    }
}
