// Attention on tensor cores for STORE 1 and 2, softmax on the fly (FlashAttention-2, arXiv 2307.08691).
//
// A block takes one head of one tile of rows of one query: ROW_WARPS warps of 16 rows each, for each of KEY_GROUPS
// groups. A group walks over its own keys, KEYS at a time, copying the next keys and values to shared memory (STAGES
// deep) while it multiplies; at the end groups are merged there. Many groups keep a small block of rows against many
// cached keys from being slow. HEAD_DIM is a multiple of 16.

#define LD (HEAD_DIM + 8)  // padded: eight rows of 16 bytes fall into different banks

__device__ __forceinline__ u32 shared_address(const void* p) { return (u32)__cvta_generic_to_shared(p); }

__device__ __forceinline__ void copy16(u32 to, const void* from, bool isThere) {
  int bytes = isThere ? 16 : 0;  // the rest is filled with zeros
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes));
}

__device__ __forceinline__ void load_matrices(u32 (&r)[4], u32 at) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(at)
               : "memory");
}

__device__ __forceinline__ void load_transposed(u32 (&r)[4], u32 at) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(at)
               : "memory");
}

__device__ __forceinline__ void multiply(float (&c)[4], const u32 (&a)[4], u32 b0, u32 b1) {
#if STORE == 1
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
#else
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
#endif
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ __forceinline__ u32 pack(float low, float high) {
  u32 both;
#if STORE == 1
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
#else
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(both) : "f"(high), "f"(low));
#endif
  return both;
}

__device__ __forceinline__ float exp_2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

__device__ __forceinline__ void wait_for_group(int group, int threads) {
  asm volatile("bar.sync %0, %1;" ::"r"(group + 1), "r"(threads) : "memory");
}

template <int ROW_WARPS, int KEY_GROUPS, int KEYS>
__device__ __forceinline__ void attend_tile(const u16* q, const int4* tiles, const int* visible, const int* mask_row,
    const u32* mask, const cache_entry* caches, int layer, u16* out) {
  extern __shared__ __align__(16) u16 memory[];
  constexpr int TILE = ROW_WARPS * 16;
  constexpr int GROUP = ROW_WARPS * 32;  // threads
  int4 tile = tiles[blockIdx.x];  // first row, rows, keys, query
  if (tile.y == 0) return;
  int h = blockIdx.y;
  int kv_head = h / (HEADS / KV_HEADS);
  int warp = threadIdx.x >> 5;
  int lane = threadIdx.x & 31;
  int group = warp / ROW_WARPS;
  int own = warp % ROW_WARPS * 16;       // first row of the warp in the tile
  int in_group = threadIdx.x % GROUP;
  const cache_entry c = caches[tile.w];
  const u16* keys = keys_of(c, layer) + kv_head * HEAD_DIM;
  const u16* values = values_of(c, layer) + kv_head * HEAD_DIM;
  u16* sq = memory;                                              // (TILE, LD)
  u16* sk = memory + TILE * LD + group * STAGES * 2 * KEYS * LD;  // (STAGES, keys then values, KEYS, LD)

  auto fetch = [&](int step, int stage) {
    int first = (step * KEY_GROUPS + group) * KEYS;
    u32 to = shared_address(sk + stage * 2 * KEYS * LD);
    for (int i = in_group; i < KEYS * (HEAD_DIM / 8); i += GROUP) {
      int key = i / (HEAD_DIM / 8);
      int part = i % (HEAD_DIM / 8) * 8;
      bool isThere = first + key < tile.z;
      i64 at = (i64)(isThere ? first + key : 0) * KV_WIDTH + part;
      copy16(to + (key * LD + part) * 2, keys + at, isThere);
      copy16(to + ((KEYS + key) * LD + part) * 2, values + at, isThere);
    }
    asm volatile("cp.async.commit_group;" ::: "memory");
  };

  for (int i = threadIdx.x; i < TILE * (HEAD_DIM / 8); i += GROUP * KEY_GROUPS) {
    int r = i / (HEAD_DIM / 8);
    int part = i % (HEAD_DIM / 8) * 8;
    bool isThere = r < tile.y;
    copy16(shared_address(sq + r * LD + part),
        q + (i64)(tile.x + (isThere ? r : 0)) * Q_WIDTH + h * HEAD_DIM + part, isThere);
  }
  fetch(0, 0);  // with the queries, one group of copies
  asm volatile("cp.async.wait_group 0;" ::: "memory");
  __syncthreads();

  u32 qf[HEAD_DIM / 16][4];
#pragma unroll
  for (int k = 0; k < HEAD_DIM / 16; k++) {
    load_matrices(qf[k], shared_address(sq + (own + (lane & 15)) * LD + k * 16 + (lane >> 4) * 8));
  }
  float o[HEAD_DIM / 8][4];
#pragma unroll
  for (int n = 0; n < HEAD_DIM / 8; n++) o[n][0] = o[n][1] = o[n][2] = o[n][3] = 0.0f;
  float max[2] = {MINUS_INFINITY, MINUS_INFINITY};  // of the rows lane / 4 and lane / 4 + 8, in units of ln 2
  float sum[2] = {0.0f, 0.0f};                      // of this lane's columns
  int seen[2];
  int bits[2];
#pragma unroll
  for (int i = 0; i < 2; i++) {
    int r = own + (lane >> 2) + 8 * i;
    seen[i] = r < tile.y ? visible[tile.x + r] : 0;
    bits[i] = r < tile.y ? mask_row[tile.x + r] : -1;
  }

  int steps = (tile.z + KEYS * KEY_GROUPS - 1) / (KEYS * KEY_GROUPS);
  for (int step = 0; step < steps; step++) {
    int stage = step % STAGES;
    if (STAGES > 1) {
      if (step + 1 < steps) {
        fetch(step + 1, (step + 1) % STAGES);
        asm volatile("cp.async.wait_group 1;" ::: "memory");
      } else {
        asm volatile("cp.async.wait_group 0;" ::: "memory");
      }
    } else {
      if (step > 0) fetch(step, 0);
      asm volatile("cp.async.wait_group 0;" ::: "memory");
    }
    wait_for_group(group, GROUP);
    const u16* tk = sk + stage * 2 * KEYS * LD;
    const u16* tv = tk + KEYS * LD;
    float s[KEYS / 8][4];
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++) s[n][0] = s[n][1] = s[n][2] = s[n][3] = 0.0f;
#pragma unroll
    for (int k = 0; k < HEAD_DIM / 16; k++) {
#pragma unroll
      for (int n = 0; n < KEYS / 16; n++) {
        u32 b[4];
        load_matrices(b, shared_address(
            tk + (n * 16 + (lane & 7) + (lane >> 4) * 8) * LD + k * 16 + (lane >> 3 & 1) * 8));
        multiply(s[2 * n], qf[k], b[0], b[1]);
        multiply(s[2 * n + 1], qf[k], b[2], b[3]);
      }
    }
    int first = (step * KEY_GROUPS + group) * KEYS + (lane & 3) * 2;
    float top[2] = {max[0], max[1]};
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int key = first + n * 8 + (i & 1);
        bool hidden = key >= seen[i >> 1];
        if (!hidden && bits[i >> 1] >= 0) hidden = !(mask[bits[i >> 1] + (key >> 5)] >> (key & 31) & 1);
        s[n][i] = hidden ? MINUS_INFINITY : s[n][i] * 1.44269504f;
        top[i >> 1] = fmaxf(top[i >> 1], s[n][i]);
      }
    }
    float decay[2];
#pragma unroll
    for (int i = 0; i < 2; i++) {
      top[i] = fmaxf(top[i], __shfl_xor_sync(~0u, top[i], 1));
      top[i] = fmaxf(top[i], __shfl_xor_sync(~0u, top[i], 2));
      float base = top[i] == MINUS_INFINITY ? 0.0f : top[i];
      decay[i] = exp_2(max[i] - base);
      max[i] = top[i];
      top[i] = base;
      sum[i] *= decay[i];
    }
#pragma unroll
    for (int n = 0; n < HEAD_DIM / 8; n++) {
      o[n][0] *= decay[0];
      o[n][1] *= decay[0];
      o[n][2] *= decay[1];
      o[n][3] *= decay[1];
    }
#pragma unroll
    for (int n = 0; n < KEYS / 8; n++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        s[n][i] = exp_2(s[n][i] - top[i >> 1]);
        sum[i >> 1] += s[n][i];
      }
    }
#pragma unroll
    for (int k = 0; k < KEYS / 16; k++) {
      u32 p[4] = {pack(s[2 * k][0], s[2 * k][1]), pack(s[2 * k][2], s[2 * k][3]),
          pack(s[2 * k + 1][0], s[2 * k + 1][1]), pack(s[2 * k + 1][2], s[2 * k + 1][3])};
#pragma unroll
      for (int n = 0; n < HEAD_DIM / 16; n++) {
        u32 b[4];
        load_transposed(b, shared_address(tv + (k * 16 + (lane & 15)) * LD + n * 16 + (lane >> 4) * 8));
        multiply(o[2 * n], p, b[0], b[1]);
        multiply(o[2 * n + 1], p, b[2], b[3]);
      }
    }
    wait_for_group(group, GROUP);  // before the next copy overwrites what was just read
  }

  // merge the groups: unnormalised outputs (KEY_GROUPS, TILE, HEAD_DIM), maxima and sums (KEY_GROUPS, TILE)
  __shared__ float maxima[KEY_GROUPS * TILE];
  __shared__ float sums[KEY_GROUPS * TILE];
#pragma unroll
  for (int i = 0; i < 2; i++) {
    sum[i] += __shfl_xor_sync(~0u, sum[i], 1);
    sum[i] += __shfl_xor_sync(~0u, sum[i], 2);
  }
  __syncthreads();
  float* parts = (float*)(memory + TILE * LD);
#pragma unroll
  for (int i = 0; i < 2; i++) {
    int r = group * TILE + own + (lane >> 2) + 8 * i;
    if ((lane & 3) == 0) {
      maxima[r] = max[i];
      sums[r] = sum[i];
    }
#pragma unroll
    for (int n = 0; n < HEAD_DIM / 8; n++) {
      *(float2*)&parts[r * HEAD_DIM + n * 8 + (lane & 3) * 2] = make_float2(o[n][2 * i], o[n][2 * i + 1]);
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < TILE * (HEAD_DIM / 8); i += GROUP * KEY_GROUPS) {
    int r = i / (HEAD_DIM / 8);
    int part = i % (HEAD_DIM / 8) * 8;
    if (r >= tile.y) continue;
    float top = MINUS_INFINITY;
#pragma unroll
    for (int g = 0; g < KEY_GROUPS; g++) top = fmaxf(top, maxima[g * TILE + r]);
    float total = 0.0f;
    float v[8] = {0.0f};
#pragma unroll
    for (int g = 0; g < KEY_GROUPS; g++) {
      float share = maxima[g * TILE + r] == MINUS_INFINITY ? 0.0f : exp_2(maxima[g * TILE + r] - top);
      total = fmaf(sums[g * TILE + r], share, total);
#pragma unroll
      for (int e = 0; e < 8; e++) v[e] = fmaf(parts[(g * TILE + r) * HEAD_DIM + part + e], share, v[e]);
    }
    float inverse = 1.0f / total;
    uint4 packed;
    packed.x = pack(v[0] * inverse, v[1] * inverse);
    packed.y = pack(v[2] * inverse, v[3] * inverse);
    packed.z = pack(v[4] * inverse, v[5] * inverse);
    packed.w = pack(v[6] * inverse, v[7] * inverse);
    *(uint4*)&out[(i64)(tile.x + r) * Q_WIDTH + h * HEAD_DIM + part] = packed;
  }
}

extern "C" __global__ void __launch_bounds__(256) attend64(const u16* q, const int4* tiles, const int* visible,
    const int* mask_row, const u32* mask, const cache_entry* caches, int layer, u16* out) {
  attend_tile<4, 2, 64>(q, tiles, visible, mask_row, mask, caches, layer, out);
}

extern "C" __global__ void __launch_bounds__(256) attend32(const u16* q, const int4* tiles, const int* visible,
    const int* mask_row, const u32* mask, const cache_entry* caches, int layer, u16* out) {
  attend_tile<2, 4, 32>(q, tiles, visible, mask_row, mask, caches, layer, out);
}
