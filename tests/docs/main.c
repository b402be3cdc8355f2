/* Runs the README's talk() against a server: main HOST PORT NAME. */
#include <netdb.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

int talk(int fd, const char *host);

int main(int argc, char **argv)
{
    struct addrinfo hints = { 0 }, *found;
    int fd, status;

    hints.ai_socktype = SOCK_STREAM;
    if (argc != 4 || getaddrinfo(argv[1], argv[2], &hints, &found) != 0)
        return 2;
    fd = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) != 0)
        return 2;
    freeaddrinfo(found);
    status = talk(fd, argv[3]);
    close(fd);
    return status;
}
