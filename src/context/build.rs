//! From settings to what the engine takes.

use std::sync::Arc;

use rustls::client::ResolvesClientCert;

use super::settings::{Roles, Settings, Switch};
use crate::engine::config::{ClientConfigs, ServerConfigs, ServerSwitches};
use crate::error::Result;
use crate::identity::Identities;
use crate::session::{ServerMemory, ServerSessions};
use crate::socket::Setup;
use crate::trust::{CaNames, Mode, Verifier};

/// Builds the frozen form of `settings`, and keeps in them what outlives it.
pub fn setup(roles: Roles, settings: &mut Settings) -> Result<Setup> {
    let client = roles.client.then(|| client(settings)).transpose()?;
    let server = settings
        .server_memory
        .as_ref()
        .map(|memory| server(settings, memory))
        .transpose()?;
    Ok(Setup {
        client,
        server,
        check_hostname: settings.policy.check_hostname,
        verifies_peer: settings.policy.mode != Mode::None,
        silent_verifier: false,
        hello: settings.hello.clone(),
        clock: settings.protocol.hooks.clock.clone(),
        return_eintr: settings.has(Switch::ReturnEintr),
        read_ahead: !settings.has(Switch::NoReadAhead),
    })
}

fn identities(settings: &Settings) -> Arc<Identities> {
    Arc::new(settings.identities.clone().into())
}

fn client(settings: &mut Settings) -> Result<ClientConfigs> {
    let remembers = !settings.has(Switch::NoKnownChains);
    let verifier = settings
        .verifier
        .get_or_insert_with(|| {
            let policy = settings.policy.clone();
            Arc::new(match remembers {
                true => Verifier::remembering(policy),
                false => Verifier::new(policy),
            })
        })
        .clone();
    let resolver: Arc<dyn ResolvesClientCert> = match &settings.client_cert_hook {
        Some(hook) => hook.clone(),
        None => identities(settings),
    };
    let identities = settings.client_identities.get_or_insert(resolver).clone();
    ClientConfigs::new(
        &settings.protocol,
        verifier,
        identities,
        settings.client_memory.clone(),
        !settings.has(Switch::NoSni),
    )
}

fn server(settings: &Settings, memory: &ServerMemory) -> Result<ServerConfigs> {
    let mut policy = settings.policy.clone();
    if settings.has(Switch::NoCaNames) && matches!(policy.ca_names, CaNames::Roots) {
        policy.ca_names = CaNames::None;
    }
    let sessions = ServerSessions {
        memory,
        store: settings.session_store.clone(),
        trust: policy.fingerprint(),
        tickets: !settings.has(Switch::NoTickets),
        tls13_tickets: settings.ticket_count,
    };
    let verifies = policy.mode != Mode::None;
    let verifier = verifies.then(|| Arc::new(Verifier::new(policy)) as Arc<_>);
    ServerConfigs::new(
        &settings.protocol,
        verifier,
        identities(settings),
        sessions,
        &ServerSwitches {
            alpn_optional: settings.has(Switch::AlpnOptional),
            server_order: settings.has(Switch::ServerOrder),
        },
    )
}
