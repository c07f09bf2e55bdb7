// The operations of a transformer beside products and attention, for one model.
//
// Compiled at run time with the model's shape as macros: HIDDEN, HEADS, KV_HEADS, HEAD_DIM, ROTARY (rotated pairs
// of a head), INNER, VOCAB, EPS and SCALE (bits of floats), QK_NORM, and STORE, the type of weights and of
// activations between operations: 0 float32, 1 bfloat16, 2 float16. The residual stream is always float32.
//
// The arithmetic is that of docs/bit-exact.md in every mode; contraction is off (--fmad=false), so that what is
// written as a product and a sum is rounded twice. With STORE 0 results have the bits of the CPU.
//
// A row of the residual stream belongs to a query; rows that only fill a batch up have query -1. Keys and values of
// a query lie at (layer, slot, head, dimension); where, its cache entry says, in elements from address 0.

typedef unsigned int u32;
typedef unsigned short u16;
typedef long long i64;
typedef unsigned long long u64;

#if STORE == 0
typedef float store_t;
__device__ __forceinline__ float widen(float v) { return v; }
__device__ __forceinline__ float narrow(float v) { return v; }
#elif STORE == 1
typedef u16 store_t;
__device__ __forceinline__ float widen(u16 v) { return __uint_as_float((u32)v << 16); }
__device__ __forceinline__ u16 narrow(float v) {
  u16 h;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(h) : "f"(v));
  return h;
}
#else
typedef u16 store_t;
__device__ __forceinline__ float widen(u16 v) {
  float f;
  asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(v));
  return f;
}
__device__ __forceinline__ u16 narrow(float v) {
  u16 h;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(h) : "f"(v));
  return h;
}
#endif

struct __align__(4 * sizeof(store_t)) quad {
  store_t v[4];
};

struct cache_entry {
  i64 keys;    // element offset of the first layer's keys
  i64 values;  // of its values
  i64 layer;   // distance of two layers
  i64 unused;
};

#define KV_WIDTH (KV_HEADS * HEAD_DIM)
#define Q_WIDTH (HEADS * HEAD_DIM)
#define QKV_WIDTH (Q_WIDTH + 2 * KV_WIDTH)
#define CHUNK 1024
#define MINUS_INFINITY __int_as_float(0xff800000)

__device__ __forceinline__ store_t* keys_of(const cache_entry& c, int layer) {
  return (store_t*)((u64)(c.keys + c.layer * layer) * sizeof(store_t));
}

__device__ __forceinline__ store_t* values_of(const cache_entry& c, int layer) {
  return (store_t*)((u64)(c.values + c.layer * layer) * sizeof(store_t));
}

// e^x, as ScalarMath.exp
__device__ __forceinline__ float exact_exp(float x) {
  if (x < -87.33654f) return 0.0f;
  if (x > 88.72283f) return __int_as_float(0x7f800000);
  float n = fmaf(x, 1.44269504f, 12582912.0f) - 12582912.0f;
  float r = fmaf(n, -0.693145752f, x);
  r = fmaf(n, -1.42860677e-6f, r);
  float p = fmaf(r, 0.001381461f, 0.008368711f);
  p = fmaf(p, r, 0.041668389f);
  p = fmaf(p, r, 0.16666521f);
  p = fmaf(p, r, 0.49999994f);
  p = fmaf(p, r * r, r) + 1.0f;
  int k = (int)n;
  int h = k >> 1;
  return p * __int_as_float((h + 127) << 23) * __int_as_float((k - h + 127) << 23);
}

// folds 16 neighbouring lanes of a warp: i with i + 8, then i + 4, i + 2, i + 1; every lane gets the result
__device__ __forceinline__ float tree16(float t) {
  for (int o = 8; o; o >>= 1) t = t + __shfl_xor_sync(~0u, t, o);
  return t;
}

// 1 / sqrt(mean of squares + eps) of n floats in shared memory; called by a whole block of at least 64 threads
__device__ float inverse_rms(const float* row, int n, float* lanes) {
  int t = threadIdx.x;
  if (t < 64) {
    float s = 0.0f;
    for (int i = t; i < n; i += 64) s = fmaf(row[i], row[i], s);
    lanes[t] = s;
  }
  __syncthreads();
  if (t < 32) {
    int j = t & 15;
    float s = tree16((lanes[j] + lanes[j + 32]) + (lanes[j + 16] + lanes[j + 48]));
    if (t == 0) {
      lanes[64] = (float)(1.0 / sqrt((double)s / (double)n + (double)__uint_as_float(EPS)));
    }
  }
  __syncthreads();
  return lanes[64];
}

// x[row] = embedding[ids[row]]
extern "C" __global__ void embed(const store_t* table, const int* ids, float* x) {
  const store_t* from = table + (i64)ids[blockIdx.x] * HIDDEN;
  float* to = x + (i64)blockIdx.x * HIDDEN;
  for (int i = threadIdx.x; i < HIDDEN; i += blockDim.x) to[i] = widen(from[i]);
}

// out[row] = RMSNorm(x[row]) * weight
extern "C" __global__ void rms_norm(const float* x, const float* weight, store_t* out) {
  __shared__ __align__(16) float row[HIDDEN];
  __shared__ float lanes[65];
  const float* from = x + (i64)blockIdx.x * HIDDEN;
#if HIDDEN % 4 == 0
  for (int i = threadIdx.x; i < HIDDEN / 4; i += blockDim.x) ((float4*)row)[i] = ((const float4*)from)[i];
#else
  for (int i = threadIdx.x; i < HIDDEN; i += blockDim.x) row[i] = from[i];
#endif
  __syncthreads();
  float r = inverse_rms(row, HIDDEN, lanes);
  store_t* to = out + (i64)blockIdx.x * HIDDEN;
  for (int i = threadIdx.x; i < HIDDEN; i += blockDim.x) to[i] = narrow(row[i] * r * weight[i]);
}

// rotates queries and keys of one head of one row per 64 threads; keeps queries scaled, stores keys and values
extern "C" __global__ void rotate(const store_t* qkv, const float* bias, const float* q_norm, const float* k_norm,
    const float* cosines, const float* sines, const int* position, const int* query, const int* slot,
    const cache_entry* caches, int layer, store_t* q) {
  int row = blockIdx.x;
  int owner = query[row];
  if (owner < 0) return;
#if QK_NORM
  __shared__ float head[HEAD_DIM];
  __shared__ float lanes[65];
  int h = blockIdx.y;
#else
  int h = blockIdx.y * (blockDim.x / 64) + threadIdx.x / 64;
  if (h >= HEADS + 2 * KV_HEADS) return;
#endif
  int t = threadIdx.x & 63;
  const store_t* from = qkv + (i64)row * QKV_WIDTH + h * HEAD_DIM;
  const float* own_bias = bias ? bias + h * HEAD_DIM : 0;
  bool is_query = h < HEADS;
  bool is_value = h >= HEADS + KV_HEADS;
  store_t* to;
  if (is_query) {
    to = q + (i64)row * Q_WIDTH + h * HEAD_DIM;
  } else {
    const cache_entry c = caches[owner];
    int kv_head = is_value ? h - HEADS - KV_HEADS : h - HEADS;
    to = (is_value ? values_of(c, layer) : keys_of(c, layer)) + (i64)slot[row] * KV_WIDTH + kv_head * HEAD_DIM;
  }
  if (is_value) {
    for (int i = t; i < HEAD_DIM; i += 64) to[i] = narrow(own_bias ? widen(from[i]) + own_bias[i] : widen(from[i]));
    return;
  }
#if QK_NORM
  for (int i = t; i < HEAD_DIM; i += 64) head[i] = own_bias ? widen(from[i]) + own_bias[i] : widen(from[i]);
  __syncthreads();
  float r = inverse_rms(head, HEAD_DIM, lanes);
  const float* weight = is_query ? q_norm : k_norm;
#define AT(i) (head[i] * r * weight[i])
#else
#define AT(i) (own_bias ? widen(from[i]) + own_bias[i] : widen(from[i]))
#endif
  float scale = is_query ? __uint_as_float(SCALE) : 1.0f;
  i64 angle = (i64)position[row] * ROTARY;
  for (int i = t; i < ROTARY; i += 64) {
    float a = AT(i);
    float b = AT(i + ROTARY);
    float c = cosines[angle + i];
    float s = sines[angle + i];
    to[i] = narrow((a * c - b * s) * scale);
    to[i + ROTARY] = narrow((b * c + a * s) * scale);
  }
  for (int i = 2 * ROTARY + t; i < HEAD_DIM; i += 64) to[i] = narrow(AT(i) * scale);
}

// inner = silu(gate) * up, four neighbours a thread; gate and up lie side by side
extern "C" __global__ void swiglu(const store_t* gate_up, store_t* inner, int rows) {
  constexpr int QUADS = (INNER + 3) / 4;
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  int row = i / QUADS;
  if (row >= rows) return;
  int column = (i - row * QUADS) * 4;
  const store_t* from = gate_up + (i64)row * 2 * INNER + column;
  store_t* to = inner + (i64)row * INNER + column;
#if INNER % 4 == 0
  quad gate = *(const quad*)from;
  quad up = *(const quad*)(from + INNER);
  quad out;
#pragma unroll
  for (int e = 0; e < 4; e++) {
    float g = widen(gate.v[e]);
    out.v[e] = narrow(g / (exact_exp(-g) + 1.0f) * widen(up.v[e]));
  }
  *(quad*)to = out;
#else
  for (int e = 0; e < 4 && column + e < INNER; e++) {
    float g = widen(from[e]);
    to[e] = narrow(g / (exact_exp(-g) + 1.0f) * widen(from[INNER + e]));
  }
#endif
}

// keeps the predicted rows of the residual stream and of the attention output
extern "C" __global__ void gather(const int* source, const float* x, const store_t* heads, float* x_out,
    store_t* heads_out) {
  i64 from = source[blockIdx.x];
  i64 to = blockIdx.x;
  for (int i = threadIdx.x; i < HIDDEN; i += blockDim.x) x_out[to * HIDDEN + i] = x[from * HIDDEN + i];
  for (int i = threadIdx.x; i < Q_WIDTH; i += blockDim.x) heads_out[to * Q_WIDTH + i] = heads[from * Q_WIDTH + i];
}

// copies a slot over another in every layer
extern "C" __global__ void copy_slot(i64 first_key, i64 first_value, i64 distance, int from, int to) {
  const cache_entry c = {first_key, first_value, distance, 0};
  store_t* keys = keys_of(c, blockIdx.x);
  store_t* values = values_of(c, blockIdx.x);
  for (int i = threadIdx.x; i < KV_WIDTH; i += blockDim.x) {
    keys[(i64)to * KV_WIDTH + i] = keys[(i64)from * KV_WIDTH + i];
    values[(i64)to * KV_WIDTH + i] = values[(i64)from * KV_WIDTH + i];
  }
}

// sets logits of suppressed tokens to minus infinity; pairs (row, token), row -1 for none
extern "C" __global__ void suppress(const int2* pairs, int count, float* logits) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count && pairs[i].x >= 0) logits[(i64)pairs[i].x * VOCAB + pairs[i].y] = MINUS_INFINITY;
}

__device__ __forceinline__ u64 hash(u64 key, int token) {
  u64 z = key + (token + 1ull) * 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

struct noise_cell {
  double value;  // best logit plus noise
  double logit;  // logit of that token
  int token;
  int unused;
};

// one chunk of 1024 logits of one row per 16 lanes: (max, second, sum, weighted sum), arg-max; see HeadStatistics.
// A row with a temperature also gets its best noisy logit, whose logarithms are not those of the CPU.
extern "C" __global__ void head_chunks(const float* logits, const double* temperature, const u64* noise_key, int chunks,
    int total, float4* cells, int* arg_max, noise_cell* noise) {
  int group = (int)((blockIdx.x * blockDim.x + threadIdx.x) >> 4);
  if ((blockIdx.x * blockDim.x + (threadIdx.x & ~31)) >> 4 >= total) return;  // whole warps stay or go
  bool isThere = group < total;
  if (!isThere) group = total - 1;
  int lane = threadIdx.x & 15;
  int row = group / chunks;
  int first = (group - row * chunks) * CHUNK;
  int n = min(CHUNK, VOCAB - first);
  const float* from = logits + (i64)row * VOCAB + first;
  float v[CHUNK / 16];
  float max = MINUS_INFINITY;
  int arg = 0x7fffffff;
  bool bad = false;
#pragma unroll
  for (int k = 0; k < CHUNK / 16; k++) {
    int i = 16 * k + lane;
    v[k] = i < n ? from[i] : MINUS_INFINITY;
    bad |= v[k] != v[k];
    if (v[k] > max || arg == 0x7fffffff) {
      max = v[k];
      arg = i;
    }
  }
  for (int o = 8; o; o >>= 1) {
    float other = __shfl_xor_sync(~0u, max, o);
    int other_arg = __shfl_xor_sync(~0u, arg, o);
    bad |= __shfl_xor_sync(~0u, (int)bad, o) != 0;
    if (other > max || (other == max && other_arg < arg)) {
      max = other;
      arg = other_arg;
    }
  }
  double heat = temperature[row];
  if (heat > 0.0) {  // the same for the 16 lanes, not for the warp: no shuffles in here
    u32 half = 0xffffu << (threadIdx.x & 16);
    u64 key = noise_key[row];
    noise_cell best = {-1e300, 0.0, 0x7fffffff, 0};
#pragma unroll 1
    for (int i = lane; i < n; i += 16) {
      float l = from[i];
      if (l == MINUS_INFINITY) continue;
      u64 bits = hash(key, first + i);
      double bound = (__clzll(~bits) + 1) * 0.6931471805599454;
      if (l + heat * bound < best.value) continue;
      double u = ((double)(bits >> 12) + 0.5) * 2.220446049250313e-16;
      double value = l + heat * -log(-log(u));
      if (value > best.value) best = {value, (double)l, first + i, 0};
    }
    for (int o = 8; o; o >>= 1) {
      double value = __shfl_xor_sync(half, best.value, o);
      double logit = __shfl_xor_sync(half, best.logit, o);
      int token = __shfl_xor_sync(half, best.token, o);
      if (value > best.value || (value == best.value && token < best.token)) best = {value, logit, token, 0};
    }
    if (lane == 0 && isThere) noise[group] = best;
  }
  float second = MINUS_INFINITY;
  float sum = 0.0f;
  float weighted = 0.0f;
#pragma unroll
  for (int k = 0; k < CHUNK / 16; k++) {
    int i = 16 * k + lane;
    if (i == arg) v[k] = MINUS_INFINITY;
    second = fmaxf(second, v[k]);
    float d = v[k] - max;
    float e = exact_exp(d);
    sum = sum + e;
    weighted = fmaf(e, e == 0.0f ? 0.0f : d, weighted);
  }
  for (int o = 8; o; o >>= 1) second = fmaxf(second, __shfl_xor_sync(~0u, second, o));
  sum = tree16(sum);
  weighted = tree16(weighted);
  if (lane == 0 && isThere) {
    if (max == MINUS_INFINITY) sum = weighted = 0.0f;  // the whole chunk is suppressed
    cells[group] = make_float4(bad ? __int_as_float(0x7fc00000) : max, second, sum, weighted);
    arg_max[group] = first + arg;
  }
}

// merges the chunks of a row in double, a warp a row: (token, confidence, top, second, entropy); token -1 if a logit
// is not a finite number. Sums run in another order than the CPU's; exact mode merges there instead.
extern "C" __global__ void head_merge(const float4* cells, const int* arg_max, const double* temperature,
    const noise_cell* noise, int chunks, double* out) {
  int row = blockIdx.x;
  int lane = threadIdx.x;
  cells += (i64)row * chunks;
  arg_max += (i64)row * chunks;
  noise += (i64)row * chunks;
  float max = MINUS_INFINITY;
  int best = 0x7fffffff;
  bool bad = false;
  for (int c = lane; c < chunks; c += 32) {
    float m = cells[c].x;
    bad |= m != m || m == __int_as_float(0x7f800000);
    if (m > max || best == 0x7fffffff) {
      max = m;
      best = c;
    }
  }
  for (int o = 16; o; o >>= 1) {
    float m = __shfl_xor_sync(~0u, max, o);
    int b = __shfl_xor_sync(~0u, best, o);
    bad |= __shfl_xor_sync(~0u, (int)bad, o) != 0;
    if (m > max || (m == max && b < best)) {
      max = m;
      best = b;
    }
  }
  double tail = 0.0;
  double weighted = 0.0;
  float runner_up = MINUS_INFINITY;
  noise_cell winner = {-1e300, 0.0, 0x7fffffff, 0};
  bool drawn = temperature[row] > 0.0;
  for (int c = lane; c < chunks; c += 32) {
    float4 cell = cells[c];
    if (cell.x == MINUS_INFINITY) continue;
    double shift = (double)cell.x - (double)max;
    double factor = c == best ? 1.0 : exp(shift);
    double own = c == best ? 0.0 : 1.0;
    tail += factor * (own + cell.z);
    weighted += factor * (shift * (own + cell.z) + cell.w);
    runner_up = fmaxf(runner_up, c == best ? cell.y : cell.x);
    if (drawn && (noise[c].value > winner.value || (noise[c].value == winner.value && noise[c].token < winner.token))) {
      winner = noise[c];
    }
  }
  for (int o = 16; o; o >>= 1) {
    tail += __shfl_xor_sync(~0u, tail, o);
    weighted += __shfl_xor_sync(~0u, weighted, o);
    runner_up = fmaxf(runner_up, __shfl_xor_sync(~0u, runner_up, o));
    double value = __shfl_xor_sync(~0u, winner.value, o);
    double logit = __shfl_xor_sync(~0u, winner.logit, o);
    int token = __shfl_xor_sync(~0u, winner.token, o);
    if (value > winner.value || (value == winner.value && token < winner.token)) winner = {value, logit, token, 0};
  }
  if (lane == 0) {
    double total = 1.0 + tail;
    double entropy = log1p(tail) - weighted / total;
    out += (i64)row * 5;
    out[0] = bad || !(total < 1e300) ? -1.0 : drawn ? (double)winner.token : (double)arg_max[best];
    out[1] = drawn ? exp(winner.logit - (double)max) / total : 1.0 / total;
    out[2] = 1.0 / total;
    out[3] = runner_up == MINUS_INFINITY ? 0.0 : exp((double)runner_up - (double)max) / total;
    out[4] = entropy > 0.0 ? entropy : 0.0;
  }
}

// attention weights of one row, averaged over heads and over the layers from means[row] on, added to out (rows, width);
// one block a row. Not part of the exact specification.
extern "C" __global__ void attention_means(const store_t* q, const int* query, const int* visible, const int* mask_row,
    const u32* mask, const cache_entry* caches, int layer, int layers, const int* means, int width, float* scores,
    float* out) {
  __shared__ float red[256];
  int row = blockIdx.x;
  int first = means[row];
  if (query[row] < 0 || layer < first) return;
  float share = 1.0f / (HEADS * (layers - first));
  const cache_entry c = caches[query[row]];
  int seen = visible[row];
  float* s = scores + (i64)row * width;
  int t = threadIdx.x;
  for (int h = 0; h < HEADS; h++) {
    const store_t* own = q + (i64)row * Q_WIDTH + h * HEAD_DIM;
    const store_t* keys = keys_of(c, layer) + h / (HEADS / KV_HEADS) * HEAD_DIM;
    float max = MINUS_INFINITY;
    for (int k = t; k < seen; k += 256) {
      float dot = 0.0f;
      for (int d = 0; d < HEAD_DIM; d++) dot = fmaf(widen(own[d]), widen(keys[(i64)k * KV_WIDTH + d]), dot);
      if (mask_row[row] >= 0 && !(mask[mask_row[row] + (k >> 5)] >> (k & 31) & 1)) dot = MINUS_INFINITY;
      s[k] = dot;
      max = fmaxf(max, dot);
    }
    red[t] = max;
    __syncthreads();
    for (int o = 128; o; o >>= 1) {
      if (t < o) red[t] = fmaxf(red[t], red[t + o]);
      __syncthreads();
    }
    max = red[0];
    __syncthreads();
    float sum = 0.0f;
    for (int k = t; k < seen; k += 256) {
      s[k] = (float)exp((double)s[k] - (double)max);
      sum += s[k];
    }
    red[t] = sum;
    __syncthreads();
    for (int o = 128; o; o >>= 1) {
      if (t < o) red[t] += red[t + o];
      __syncthreads();
    }
    float inverse = share / red[0];
    __syncthreads();
    for (int k = t; k < seen; k += 256) out[(i64)row * width + k] += s[k] * inverse;
  }
}

// converts stored weights: type 0 float32, 1 bfloat16, 2 float16
extern "C" __global__ void convert(const void* from, int type, i64 n, store_t* to) {
  i64 stride = (i64)gridDim.x * blockDim.x;
  for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    if (type == 0) {
      to[i] = narrow(((const float*)from)[i]);
    } else {
      u16 h = ((const u16*)from)[i];
      float f;
      if (type == 1) {
        f = __uint_as_float((u32)h << 16);
      } else {
        asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h));
      }
      to[i] = narrow(f);
    }
  }
}

// random weights, uniform in [-bound, bound), a function of the seed and the index alone
extern "C" __global__ void fill_random(u64 seed, float bound, i64 n, store_t* to) {
  i64 stride = (i64)gridDim.x * blockDim.x;
  for (i64 i = (i64)blockIdx.x * blockDim.x + threadIdx.x; i < n; i += stride) {
    u64 z = seed + (u64)(i + 1) * 0x9E3779B97F4A7C15ull;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    z = z ^ (z >> 31);
    to[i] = narrow(((float)(z >> 40) * 1.1920929e-7f - 1.0f) * bound);
  }
}
