/*
 * The transaction of a changed port, as small as C can have it: an element of a hash set goes and one comes, in one netlink batch, acknowledged.
 * Makes a table of its own with one set like `open_ports`, and prints the median of so many transactions in microseconds.
 *
 *   cc -O2 -o transaction bench/transaction.c && unshare -n ./transaction 1000
 */
#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static uint8_t buffer[8192];
static size_t length;
static uint32_t sequence;

static size_t begin(uint16_t type, uint16_t flags, uint8_t family, uint16_t resource) {
    size_t start = length;
    struct nlmsghdr header = { .nlmsg_type = type, .nlmsg_flags = flags | NLM_F_REQUEST, .nlmsg_seq = ++sequence };
    struct nfgenmsg generic = { .nfgen_family = family, .res_id = htons(resource) };
    memcpy(buffer + length, &header, sizeof header);
    memcpy(buffer + length + sizeof header, &generic, sizeof generic);
    length += sizeof header + sizeof generic;
    return start;
}

static void end(size_t start) { uint32_t size = length - start; memcpy(buffer + start, &size, sizeof size); }

static void attribute(uint16_t type, const void *value, uint16_t size) {
    struct nlattr header = { .nla_len = sizeof header + size, .nla_type = type };
    memcpy(buffer + length, &header, sizeof header);
    memset(buffer + length + sizeof header, 0, NLA_ALIGN(size));
    memcpy(buffer + length + sizeof header, value, size);
    length += NLA_ALIGN(sizeof header + size);
}

static void text(uint16_t type, const char *value) { attribute(type, value, strlen(value) + 1); }
static void number(uint16_t type, uint32_t value) { value = htonl(value); attribute(type, &value, sizeof value); }
static size_t nest(uint16_t type) { size_t start = length; attribute(type | NLA_F_NESTED, "", 0); return start; }
static void unnest(size_t start) { uint16_t size = length - start; memcpy(buffer + start, &size, sizeof size); }

static void elements(uint16_t type, uint16_t flags, uint16_t port) {
    size_t message = begin(NFNL_SUBSYS_NFTABLES << 8 | type, flags, 1, 0);
    text(NFTA_SET_ELEM_LIST_TABLE, "peer");
    text(NFTA_SET_ELEM_LIST_SET, "ports");
    size_t list = nest(NFTA_SET_ELEM_LIST_ELEMENTS);
    uint8_t key[12] = { 7, 0, 0, 0, 6, 0, 0, 0, port >> 8, port & 255 };
    size_t element = nest(NFTA_LIST_ELEM), data = nest(NFTA_SET_ELEM_KEY);
    attribute(NFTA_DATA_VALUE, key, sizeof key);
    unnest(data);
    unnest(element);
    unnest(list);
    end(message);
}

static void commit(int descriptor) {
    end(begin(NFNL_MSG_BATCH_END, 0, 0, NFNL_SUBSYS_NFTABLES));
    struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    if (sendto(descriptor, buffer, length, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0) { perror("sendto"); exit(1); }
    uint8_t answer[4096];
    if (recv(descriptor, answer, sizeof answer, 0) < 0) { perror("recv"); exit(1); }
    struct nlmsgerr *error = NLMSG_DATA((struct nlmsghdr *)answer);
    if (error->error != 0) { fprintf(stderr, "refused: %s\n", strerror(-error->error)); exit(1); }
}

static void start(void) { length = 0; end(begin(NFNL_MSG_BATCH_BEGIN, 0, 0, NFNL_SUBSYS_NFTABLES)); }

static int ascending(const void *left, const void *right) { double x = *(double *)left, y = *(double *)right; return x < y ? -1 : x > y; }

int main(int count, char **arguments) {
    int rounds = count > 1 ? atoi(arguments[1]) : 1000;
    int descriptor = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
    struct sockaddr_nl own = { .nl_family = AF_NETLINK };
    double *times = calloc(rounds, sizeof *times);
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&own, sizeof own) < 0 || times == NULL) { perror("netlink"); return 1; }
    start();
    size_t message = begin(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, NLM_F_CREATE, 1, 0);
    text(NFTA_TABLE_NAME, "peer");
    end(message);
    message = begin(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWSET, NLM_F_CREATE, 1, 0);
    text(NFTA_SET_TABLE, "peer");
    text(NFTA_SET_NAME, "ports");
    number(NFTA_SET_KEY_LEN, 12);
    number(NFTA_SET_ID, 1);
    size_t description = nest(NFTA_SET_DESC);
    number(NFTA_SET_DESC_SIZE, 16384);
    unnest(description);
    end(message);
    elements(NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_ACK, 80);
    commit(descriptor);
    for (int i = 0; i < rounds; i++) {
        struct timespec from, to;
        clock_gettime(CLOCK_MONOTONIC, &from);
        start();
        elements(NFT_MSG_DELSETELEM, 0, i % 2 ? 8080 : 80);
        elements(NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_ACK, i % 2 ? 80 : 8080);
        commit(descriptor);
        clock_gettime(CLOCK_MONOTONIC, &to);
        times[i] = (to.tv_sec - from.tv_sec) * 1e6 + (to.tv_nsec - from.tv_nsec) / 1e3;
    }
    qsort(times, rounds, sizeof *times, ascending);
    printf("%.2f\n", times[rounds / 2]);
    start();
    message = begin(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE, NLM_F_ACK, 1, 0);
    text(NFTA_TABLE_NAME, "peer");
    end(message);
    commit(descriptor);
    return 0;
}
