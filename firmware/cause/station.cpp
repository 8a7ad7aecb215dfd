// A weather station that grows step by step: `-DSTEP=n` has the first n of its commits.

#include <cstdint>
#include <cstdio>
#if STEP >= 3
#include <vector>
#endif
#if STEP >= 4
#include <map>
#include <string>
#endif
#if STEP >= 6
#include <stdexcept>
#endif
#if STEP >= 7
#include <iostream>
#endif

extern "C" {
void reset();
void *__dso_handle;
extern void (*const vectors[])();
__attribute__((section(".vectors"), used)) void (*const vectors[])() = {
    reinterpret_cast<void (*)()>(0x20020000),
    reset,
};
}

static volatile uint32_t *const bus = reinterpret_cast<volatile uint32_t *>(0x40004000);

struct Sensor {
    virtual int32_t read() = 0;
    virtual const char *unit() const { return ""; }
};

struct Thermometer final : Sensor {
    int32_t read() override { return static_cast<int32_t>(bus[0]) - 400; }
    const char *unit() const override { return "C"; }
};

#if STEP >= 1
// Smooths what comes in.
template <unsigned N> struct Mean {
    int32_t values[N] = {};
    unsigned next = 0;

    __attribute__((noinline)) int32_t add(int32_t value) {
        values[next++ % N] = value;
        int64_t sum = 0;
        for (int32_t it : values)
            sum += it;
        return static_cast<int32_t>(sum / static_cast<int64_t>(N));
    }
};
static Mean<16> mean;
#endif

#if STEP >= 2
struct Barometer final : Sensor {
    int32_t read() override {
        uint32_t raw = bus[1];
        return static_cast<int32_t>(raw > 90000 ? raw - 90000 : 0);
    }
    const char *unit() const override { return "Pa"; }
};
static Barometer barometer;
#endif

static Thermometer thermometer;

static void send(const char *text) {
    while (*text)
        bus[2] = static_cast<uint32_t>(*text++);
}

#if STEP >= 5
static void show(double value) {
    char text[32];
    snprintf(text, sizeof text, "%.3f", value);
    send(text);
}
#endif

#if STEP >= 6
static int32_t checked(int32_t value) {
    if (value > 100000)
        throw std::out_of_range("sensor");
    return value;
}
#endif

static int run() {
    for (;;) {
        Sensor *sensor = &thermometer;
#if STEP >= 2
        if (bus[3] & 1)
            sensor = &barometer;
#endif
        int32_t value = sensor->read();
#if STEP >= 1
        value = mean.add(value);
#endif
#if STEP >= 3
        static std::vector<int32_t> history;
        history.push_back(value);
        bus[4] = history.size();
#endif
#if STEP >= 4
        static std::map<std::string, int32_t> peaks;
        auto &peak = peaks[sensor->unit()];
        peak = peak > value ? peak : value;
#endif
#if STEP >= 5
        show(value / 8.0);
#endif
#if STEP >= 6
        try {
            value = checked(value);
        } catch (const std::out_of_range &error) {
            send(error.what());
        }
#endif
#if STEP >= 7
        std::cout << "value " << value << std::endl;
#endif
        bus[5] = static_cast<uint32_t>(value);
        send(sensor->unit());
    }
}

extern "C" void reset() {
    run();
}
