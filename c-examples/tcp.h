/* tcp.h - connected and listening TCP sockets, IPv4 and IPv6. */
#ifndef TCP_H
#define TCP_H

#include <stdbool.h>
#include <stddef.h>

#define TCP_HOST_MAX 256
#define TCP_PORT_MAX 6

/* tcp_connect returns a blocking socket connected to host and port, or -1 after printing
 * to standard error why it could not. No call on it waits longer than timeout seconds (0:
 * for ever): librssl then returns RSSL_WANT_READ or RSSL_WANT_WRITE, which a blocking
 * socket never causes otherwise. */
int tcp_connect(const char *host, const char *port, int timeout);

/* tcp_listen returns a listening socket, or -1 after printing why it could not. Port "0"
 * lets the system choose. */
int tcp_listen(const char *host, const char *port);

/* tcp_local_address writes "127.0.0.1:8443" or "[::1]:8443". */
bool tcp_local_address(int fd, char *out, size_t cap);

bool tcp_set_nonblocking(int fd);

/* tcp_no_delay turns Nagle's algorithm off: TLS writes whole records. */
void tcp_no_delay(int fd);

/* tcp_split_authority takes "host", "host:port", "[::1]" or "[::1]:port" apart. The
 * host comes out without brackets; a port that is not there becomes default_port, or
 * makes it fail if that is NULL. */
bool tcp_split_authority(const char *text, size_t len, const char *default_port,
                         char host[TCP_HOST_MAX], char port[TCP_PORT_MAX]);

#endif
