/* The two ends of a connection, in one program: contexts with testca's certificates, sockets
 * over a non-blocking socketpair, and the calls that take both as far as they go. */
#ifndef ENDS_H
#define ENDS_H

#include <rssl.h>
#include <stddef.h>
#include <stdint.h>

/* The path of one of testca's files; RSSL_TEST_CERTS is their directory. Valid until the
 * eighth call after this one. */
const char *cert(const char *name);
/* The contents of a file, with a NUL behind them; to be freed. */
char *contents(const char *path, size_t *len);

/* A client that trusts the file `roots` of testca; NULL: no one. */
rssl_ctx *client_ctx(const char *roots);
/* A server that shows NAME.pem with NAME.key of testca. */
rssl_ctx *server_ctx(const char *name);
/* Allows one version only. */
void only_version(rssl_ctx *ctx, uint16_t version);

struct ends {
  rssl_sock *client, *server;
  int client_fd, server_fd; /* -1: closed */
};

/* Makes both ends over a non-blocking socketpair. The contexts stay the caller's. */
void ends_open(struct ends *e, rssl_ctx *client, rssl_ctx *server, const char *name);
/* The same over memory. */
void ends_open_memory(struct ends *e, rssl_ctx *client, rssl_ctx *server, const char *name);
/* A connection of this version over memory, on which nothing waits. */
void ends_connect_memory(struct ends *e, uint16_t version);
/* Takes the handshake of both as far as it goes: until each has RSSL_OK or an error, which is
 * what *client and *server say. That neither gets on is a failed check. */
void ends_shake(struct ends *e, rssl_result *client, rssl_result *server);
/* ends_open, and a handshake that must succeed; frees the contexts. */
void ends_connect(struct ends *e, rssl_ctx *client, rssl_ctx *server);
/* A connection of this version between localhost's usual certificate and a client of its CA. */
void ends_connect_version(struct ends *e, uint16_t version);
/* Sends text from one end and reads it at the other. */
void ends_tell(rssl_sock *from, rssl_sock *to, const char *text);
void ends_close(struct ends *e);

/* Moves all ciphertext that waits in `from` to `to`, both on memory; returns how much. */
size_t carry(rssl_sock *from, rssl_sock *to);

/* -- descriptors */

enum { SMALL_BUFFER = 4096 };

/* A connected pair of stream sockets. */
void socket_pair(int fds[2]);
/* The same over TCP on loopback. */
void tcp_pair(int fds[2]);
void set_nonblocking(int fd);
void set_blocking(int fd);
/* SO_SNDBUF and SO_RCVBUF of SMALL_BUFFER, so that nothing fits into the kernel. */
void set_small_buffers(int fd);
/* Writes all of it, waiting where the descriptor does not. */
void send_raw(int fd, const void *data, size_t len);

/* -- contents of a stream, made and checked by offset */

void pattern_fill(unsigned char *buf, size_t len, uint64_t offset);
/* A difference is a failed check. */
void pattern_check(const unsigned char *buf, size_t len, uint64_t offset);

long long now_ms(void);
/* The size in MiB for a test that moves `mib`: the environment's RSSL_TEST_MIB is the most. */
uint64_t transfer_bytes(unsigned mib);

#endif
