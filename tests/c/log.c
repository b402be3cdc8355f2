/* rssl_set_log: messages come, up to the level asked for, and stop. */
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "ends.h"

#include <pthread.h>
#include <string.h>

/* Handshakes on several threads log at once. */
struct sink {
  pthread_mutex_t lock;
  unsigned messages, worst;
};

static void take(void *user, rssl_log_level level, const char *message) {
  struct sink *sink = user;
  CHECK(level >= RSSL_LOG_ERROR && level <= RSSL_LOG_TRACE);
  CHECK(message != NULL && message[0] != '\0');
  pthread_mutex_lock(&sink->lock);
  sink->messages++;
  if ((unsigned)level > sink->worst) sink->worst = (unsigned)level;
  pthread_mutex_unlock(&sink->lock);
}

static void make_noise(void) {
  struct ends e;
  ends_connect_version(&e, RSSL_TLS1_3);
  ends_close(&e);
}

static struct sink fresh(void) {
  struct sink sink = {PTHREAD_MUTEX_INITIALIZER, 0, 0};
  return sink;
}

static void messages_come_and_null_stops_them(void) {
  struct sink sink = fresh();
  unsigned before;
  rssl_set_log(take, &sink, RSSL_LOG_TRACE);
  make_noise();
  CHECK(sink.messages > 0);
  rssl_set_log(NULL, NULL, 0);
  before = sink.messages;
  make_noise();
  CHECK_INT(sink.messages, before);
}

static void no_level_above_the_one_asked_for_comes(void) {
  struct sink sink = fresh();
  rssl_set_log(take, &sink, RSSL_LOG_DEBUG);
  make_noise();
  CHECK(sink.messages > 0);
  CHECK(sink.worst <= RSSL_LOG_DEBUG);
  sink.messages = 0;
  rssl_set_log(take, &sink, RSSL_LOG_ERROR);
  make_noise();
  CHECK_INT(sink.messages, 0);
  rssl_set_log(NULL, NULL, 0);
}

static void another_sink_takes_over(void) {
  struct sink first = fresh(), second = fresh();
  unsigned before;
  rssl_set_log(take, &first, RSSL_LOG_TRACE);
  make_noise();
  before = first.messages;
  rssl_set_log(take, &second, RSSL_LOG_TRACE);
  make_noise();
  CHECK_INT(first.messages, before);
  CHECK(second.messages > 0);
  rssl_set_log(NULL, NULL, 0);
}

/* A program's log has a lock, and another of its threads has that lock around a getter. */
struct busy {
  struct ends e;
  unsigned messages;
};

static void *ask(void *user) {
  struct busy *busy = user;
  rssl_cert *leaf = rssl_sock_peer_cert_new(busy->e.client, 0);
  rssl_cert_free(leaf);
  return leaf == NULL ? NULL : user;
}

static void wait_for_another_thread(void *user, rssl_log_level level, const char *message) {
  struct busy *busy = user;
  pthread_t other;
  void *answer;
  (void)level, (void)message;
  if (busy->messages++ > 3) return;
  CHECK_INT(pthread_create(&other, NULL, ask, busy), 0);
  CHECK_INT(pthread_join(other, &answer), 0);
  CHECK(answer != NULL);
}

static void no_lock_is_held_while_a_message_is_taken(void) {
  struct busy busy = {{NULL, NULL, -1, -1}, 0};
  ends_connect_version(&busy.e, RSSL_TLS1_3);
  rssl_set_log(wait_for_another_thread, &busy, RSSL_LOG_TRACE);
  /* The tickets that come first are worth a message. */
  ends_tell(busy.e.server, busy.e.client, "answer");
  CHECK_OK(rssl_shutdown(busy.e.server, RSSL_SHUT_WR));
  CHECK_OK(rssl_shutdown(busy.e.client, RSSL_SHUT_RDWR));
  rssl_set_log(NULL, NULL, 0);
  CHECK(busy.messages > 0);
  ends_close(&busy.e);
}

static void *make_noise_often(void *unused) {
  int i;
  (void)unused;
  for (i = 0; i < 20; i++) make_noise();
  return NULL;
}

/* Once rssl_set_log has returned, what its callback used before may go. */
static void after_stopping_the_callback_is_not_running(void) {
  pthread_t threads[2];
  int i;
  for (i = 0; i < 2; i++)
    CHECK_INT(pthread_create(&threads[i], NULL, make_noise_often, NULL), 0);
  for (i = 0; i < 200; i++) {
    struct sink sink = fresh();
    rssl_set_log(take, &sink, RSSL_LOG_TRACE);
    rssl_set_log(NULL, NULL, 0);
    memset(&sink, 0xee, sizeof sink);
  }
  for (i = 0; i < 2; i++) CHECK_INT(pthread_join(threads[i], NULL), 0);
}

int main(int argc, char **argv) {
  static const struct test_case cases[] = {
      CASE(messages_come_and_null_stops_them),
      CASE(no_level_above_the_one_asked_for_comes),
      CASE(another_sink_takes_over),
      CASE(no_lock_is_held_while_a_message_is_taken),
      CASE(after_stopping_the_callback_is_not_running),
  };
  return RUN_CASES(argc, argv, cases);
}
