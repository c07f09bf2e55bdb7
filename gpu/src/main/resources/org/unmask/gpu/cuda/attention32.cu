// Attention in float32 in the exact order, for STORE 0. A block takes one head of up to ROWS rows of one query:
// all scores in shared memory (rows, room), softmax over 16 lanes, then the values key by key.

#define ROWS 8

extern "C" __global__ void __launch_bounds__(128) attend_rows(const float* q, const int4* tiles, const int* visible,
    const int* mask_row, const u32* mask, const cache_entry* caches, int layer, int room, float* out) {
  extern __shared__ float scores[];
  __shared__ float inverse[ROWS];
  int4 tile = tiles[blockIdx.x];  // first row, rows, keys, query
  if (tile.y == 0) return;
  int h = blockIdx.y;
  int t = threadIdx.x;
  const cache_entry c = caches[tile.w];
  const float* keys = keys_of(c, layer) + h / (HEADS / KV_HEADS) * HEAD_DIM;
  const float* values = values_of(c, layer) + h / (HEADS / KV_HEADS) * HEAD_DIM;
  const float* own = q + (i64)tile.x * Q_WIDTH + h * HEAD_DIM;
  for (int key = t; key < tile.z; key += 128) {
    float dot[ROWS];
#pragma unroll
    for (int r = 0; r < ROWS; r++) dot[r] = 0.0f;
    const float* k = keys + (i64)key * KV_WIDTH;
    for (int d = 0; d < HEAD_DIM; d++) {
      float kd = k[d];
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        if (r < tile.y) dot[r] = fmaf(own[(i64)r * Q_WIDTH + d], kd, dot[r]);
      }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      if (r >= tile.y) continue;
      int row = tile.x + r;
      bool seen = key < visible[row];
      if (seen && mask_row[row] >= 0) seen = mask[mask_row[row] + (key >> 5)] >> (key & 31) & 1;
      scores[r * room + key] = seen ? dot[r] : MINUS_INFINITY;
    }
  }
  __syncthreads();
  int r = t >> 4;  // 8 rows of 16 lanes
  int lane = t & 15;
  float max = MINUS_INFINITY;
  int keys_here = r < tile.y ? tile.z : 0;
  float* row = scores + r * room;
  for (int j = lane; j < keys_here; j += 16) max = fmaxf(max, row[j]);
  for (int o = 8; o; o >>= 1) max = fmaxf(max, __shfl_xor_sync(~0u, max, o));
  float sum = 0.0f;
  for (int j = lane; j < keys_here; j += 16) {
    float e = exact_exp(row[j] - max);
    row[j] = e;
    sum = sum + e;
  }
  sum = tree16(sum);
  if (lane == 0 && r < tile.y) inverse[r] = 1.0f / sum;
  __syncthreads();
  for (int d = t; d < HEAD_DIM; d += 128) {
    float o[ROWS];
#pragma unroll
    for (int i = 0; i < ROWS; i++) o[i] = 0.0f;
    for (int key = 0; key < tile.z; key++) {
      float v = values[(i64)key * KV_WIDTH + d];
#pragma unroll
      for (int i = 0; i < ROWS; i++) {
        if (i < tile.y) o[i] = fmaf(scores[i * room + key], v, o[i]);
      }
    }
#pragma unroll
    for (int i = 0; i < ROWS; i++) {
      if (i < tile.y) out[(i64)(tile.x + i) * Q_WIDTH + h * HEAD_DIM + d] = o[i] * inverse[i];
    }
  }
}
